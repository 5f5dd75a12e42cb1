/** The data listener: routes, authentication, limits, OpenAI-shaped errors. Decides nothing. */
@CheckReturnValue
@NullMarked
package dev.fresnel.edge;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
