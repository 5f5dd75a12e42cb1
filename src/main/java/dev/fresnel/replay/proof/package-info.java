/** The measured claims about the policy: each proof replays its streams and compares the result with a target set beforehand. */
@CheckReturnValue
@NullMarked
package dev.fresnel.replay.proof;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
