package dev.fresnel.lens;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One key of a tenant, for an operator.
 *
 * @param lens what the store holds
 * @param id of {@code lens}
 * @param record what came of the answers
 * @param findings what the record says of {@code lens}, one per worker that can be judged
 */
public record LensStanding(
        LensKey key,
        Optional<StoredLens> lens,
        Optional<LensId> id,
        State state,
        LensRecord record,
        List<LensJudge.Finding> findings) {
    /** What a request of this key gets. */
    public enum State {
        /** The lens, by an operator's order: whatever its age and record. */
        PINNED,
        /** The lens. */
        FRESH,
        /** The lens, while another one is written. */
        STALE,
        /** None yet: another version is made from this one. */
        RETIRED,
        /** None any more: every version failed. */
        LEFT_ALONE,
        /** None yet: only the record of one is left. */
        GONE;

        /** The name in replies. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public LensStanding {
        findings = List.copyOf(findings);
    }
}
