/** Input tokens and output-length quantiles of a request. Pure. */
@CheckReturnValue
@NullMarked
package dev.fresnel.estimate;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
