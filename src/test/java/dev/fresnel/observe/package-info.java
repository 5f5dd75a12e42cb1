/** Tests on real sockets. */
@NullMarked
package dev.fresnel.observe;

import org.jspecify.annotations.NullMarked;
