/** Small values that two or more features share. Knows nothing of HTTP. */
@CheckReturnValue
@NullMarked
package dev.fresnel.value;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
