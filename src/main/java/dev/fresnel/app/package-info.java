/** The command line and the composition root. Holds no logic. */
@CheckReturnValue
@NullMarked
package dev.fresnel.app;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
