/** Tests on real sockets. */
@NullMarked
package dev.fresnel.admin;

import org.jspecify.annotations.NullMarked;
