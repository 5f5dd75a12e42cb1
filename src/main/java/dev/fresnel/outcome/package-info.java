/** What came of a decision: signals, outcomes, feedback, and the learner that tells the policy. Never delays or changes a reply. */
@CheckReturnValue
@NullMarked
package dev.fresnel.outcome;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
