/** The ports on Redis, shared by all replicas of a gateway. Holds no policy. */
@CheckReturnValue
@NullMarked
package dev.fresnel.store.redis;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
