/** One client request and all it causes, stage by stage. Knows no HTTP routes. */
@CheckReturnValue
@NullMarked
package dev.fresnel.exchange;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
