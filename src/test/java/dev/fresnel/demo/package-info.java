/** The built-in upstreams, asked over real sockets. */
@NullMarked
package dev.fresnel.demo;

import org.jspecify.annotations.NullMarked;
