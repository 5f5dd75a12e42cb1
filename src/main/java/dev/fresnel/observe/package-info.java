/** Listeners of events: metrics, logs, the recent-events window. Never called by features. */
@CheckReturnValue
@NullMarked
package dev.fresnel.observe;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
