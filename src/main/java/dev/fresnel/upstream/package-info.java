/** Providers we call: models, clients, pools, timeouts, retries. Knows neither lenses nor arms. */
@CheckReturnValue
@NullMarked
package dev.fresnel.upstream;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
