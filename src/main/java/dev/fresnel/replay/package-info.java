/** Offline judging of the policy: streams of recorded requests, one run per rule and seed, measures with intervals. Touches no network. */
@CheckReturnValue
@NullMarked
package dev.fresnel.replay;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
