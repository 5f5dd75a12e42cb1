/** Samples of answers, shown to a model that is configured for it and asked how good they are. Never in a request's way. */
@CheckReturnValue
@NullMarked
package dev.fresnel.judge;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
