/** Servers on real sockets that play an upstream, well-behaved or broken in a chosen way. */
@NullMarked
package dev.fresnel.testing;

import org.jspecify.annotations.NullMarked;
