/** What became of answers, and the ports that keep what is learned from them. */
@CheckReturnValue
@NullMarked
package dev.fresnel.outcome;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
