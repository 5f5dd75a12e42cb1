package dev.fresnel.delegation;

import dev.fresnel.value.Usd;
import java.util.Optional;

/** When the lens of a worker is written: before its answer, beside that of another, or not yet. */
final class LensTiming {
    private final Inquiry inquiry;
    private final Weighing weighing;

    LensTiming(Inquiry inquiry, Weighing weighing) {
        this.inquiry = inquiry;
        this.weighing = weighing;
    }

    /**
     * When the lens that {@code row} wants is written.
     *
     * @param pinned the lens that the conversation has already
     */
    LensOrder.Timing of(ArmRow row, Optional<String> pinned) {
        return pinned.isPresent()
                ? LensOrder.Timing.CACHED_ONLY
                : switch (inquiry.plan().lens().build()) {
                    case INLINE -> LensOrder.Timing.INLINE;
                    case BACKGROUND -> LensOrder.Timing.BACKGROUND;
                    case AUTO -> auto(row);
                };
    }

    /** A client that names the arm wants it for this request, so it waits. */
    private LensOrder.Timing auto(ArmRow row) {
        boolean named = inquiry.overrides().arm().filter(row.arm()::equals).isPresent();
        if (named || weighing.repaysLensAlone(row)) {
            return LensOrder.Timing.INLINE;
        }
        boolean due = row.missed().isEmpty()
                || MissedSavings.isDue(
                        row.missed().get(),
                        row.expectedSaving().orElse(Usd.ZERO),
                        row.lensCost().orElse(Usd.ZERO));
        return due ? LensOrder.Timing.BACKGROUND : LensOrder.Timing.NOT_DUE;
    }
}
