package dev.fresnel.lens;

/** What the end of a writing is told as. */
final class BuildEvents {
    private static final int MAX_SCOPE = 100;

    private BuildEvents() {}

    static LensEvent created(LensRequest request, LensEvent.Cause cause, WriteResult.Written written, LensId id) {
        Lens lens = written.lens();
        Provenance provenance = lens.provenance();
        return new LensEvent.Created(
                request.requestId(),
                request.key().tenant(),
                request.key().shortForm(),
                id,
                LensHygiene.cut(lens.scope(), MAX_SCOPE, MAX_SCOPE * 4),
                LensEvent.Counts.of(lens),
                request.smart().name(),
                provenance.generatedBy(),
                provenance.templateVersion(),
                cause,
                written.attempts(),
                written.repairs(),
                provenance.usage(),
                provenance.usageSource(),
                provenance.cost(),
                provenance.took());
    }

    static LensEvent failed(LensRequest request, WriteResult.NotWritten failed) {
        return new LensEvent.Failed(
                request.requestId(),
                request.key().tenant(),
                request.key().shortForm(),
                failed.failure(),
                failed.detail(),
                failed.attempts(),
                failed.spent().usage(),
                failed.spent().source(),
                failed.spent().cost(),
                failed.took(),
                failed.retryAfter());
    }
}
