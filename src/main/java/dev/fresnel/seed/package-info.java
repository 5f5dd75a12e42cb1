/** Rows recorded elsewhere, that the learned policy may start from, and its own outcomes as such rows. */
@CheckReturnValue
@NullMarked
package dev.fresnel.seed;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
