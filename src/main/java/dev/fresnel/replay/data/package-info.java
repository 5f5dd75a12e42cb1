/** Recorded outcomes of real models, read into one row type. A bad line is skipped with its number, never guessed. */
@CheckReturnValue
@NullMarked
package dev.fresnel.replay.data;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
