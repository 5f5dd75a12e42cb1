package dev.fresnel.contract;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import java.util.List;

/**
 * Counts what all evaluations of one answer look at, keywords and subschemas alike, and ends them when it is too much. The validator bounds each
 * evaluation by itself only, and an answer can need thousands: choices times calls. Used by one thread.
 */
final class Steps {
    /** Of all evaluations together; about what the validator itself would count. */
    static final long MAX = 50_000;

    /** A subschema is seen twice, before and after: see {@link Counting#getErrors}. */
    private static final int SEEN_TWICE = 2;

    private long halves;

    /** At most {@value #MAX}. */
    long taken() {
        return halves / SEEN_TWICE;
    }

    /** For the next evaluation, which is counted here. */
    ExecutionContext next(ExecutionConfig config) {
        take(SEEN_TWICE);
        return new Counting(config);
    }

    private void take(int more) {
        if (halves + more > MAX * SEEN_TWICE) {
            halves = MAX * SEEN_TWICE;
            throw new Schemas.Doubtful(Finding.Doubt.TOO_COSTLY);
        }
        halves += more;
    }

    /** The validator tells nobody how many steps it took, but asks its context for this and that at each. */
    private final class Counting extends ExecutionContext {
        Counting(ExecutionConfig config) {
            super(config);
        }

        /** A keyword, or a part of one. */
        @Override
        public void evaluationPathAddLast(String keyword) {
            take(SEEN_TWICE);
            super.evaluationPathAddLast(keyword);
        }

        @Override
        public void evaluationPathAddLast(int index) {
            take(SEEN_TWICE);
            super.evaluationPathAddLast(index);
        }

        /** Asked for before and after each subschema, also one without a keyword. */
        @Override
        public List<Error> getErrors() {
            take(1);
            return super.getErrors();
        }
    }
}
