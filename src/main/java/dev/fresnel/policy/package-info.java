/**
 * The learned policy: which arm answers a request, decided by what was learned of its quality and computed of its price.
 *
 * <pre>
 *   Question (context, options, stakes) --&gt; Policy.choose --&gt; Choice (arm, propensity, standings)
 *   Observation (stamp, weight, reward) --&gt; Policy.learn  --&gt; Lesson (delta, residual, alarm)
 *
 *   Population --&gt; Task --&gt; Leaf         where evidence lies; Belief is what is published of it
 *   Hierarchy, Likelihood, Gaussian      the two-level posterior
 *   UpdateRule                           from beliefs to probabilities: ucb and its family, thompson, epsilon-greedy, off
 *   ForwardDecay, Cusum, QualityLedger   forgetting, drift, what quality may be lost
 * </pre>
 *
 * <p>Pure: no Vert.x, clocks, threads, logs or randomness it was not handed.
 */
@CheckReturnValue
@NullMarked
package dev.fresnel.policy;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
