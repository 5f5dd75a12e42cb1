/** Off-policy evaluation of a gateway's own decision log: what another policy would have earned on the same requests. */
@CheckReturnValue
@NullMarked
package dev.fresnel.replay.log;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
