/** Rules that choose an arm in a replay: the learned policy behind an adapter, and the baselines it is compared with. */
@CheckReturnValue
@NullMarked
package dev.fresnel.replay.rule;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
