/** The admin listener: health, metrics, status, events. Its own port. */
@CheckReturnValue
@NullMarked
package dev.fresnel.admin;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
