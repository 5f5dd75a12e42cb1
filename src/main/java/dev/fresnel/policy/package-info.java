/** What the policy may choose and what it chose. Pure: no Vert.x, clocks, threads, logs or randomness it was not handed. */
@CheckReturnValue
@NullMarked
package dev.fresnel.policy;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
