package dev.fresnel.replay.proof;

/** One claim about the policy that can fail: which streams, which measure, which target. Stateless. */
public interface Proof {
    /** As the command line takes it: {@code P1}. */
    String id();

    /** What is claimed, in one line. */
    String title();

    /**
     * Measures. Throws {@link dev.fresnel.replay.data.DataProblem} when the rows it needs are absent.
     *
     * @param bench data, seeds and the rule that stands trial
     */
    Verdict run(Bench bench);
}
