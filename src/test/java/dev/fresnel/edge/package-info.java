/** Tests of the data listener on real sockets. */
@NullMarked
package dev.fresnel.edge;

import org.jspecify.annotations.NullMarked;
