package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fresnel.lens.Lens;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensJudge;
import dev.fresnel.lens.LensStanding;
import dev.fresnel.lens.Provenance;
import dev.fresnel.lens.RunningBuild;
import dev.fresnel.lens.Tally;
import java.io.IOException;
import java.util.List;

/** Lenses with their records as JSON. */
final class LensJson {
    private LensJson() {}

    static void build(JsonGenerator generator, RunningBuild build) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("key", build.key().hash().hex());
        generator.writeStringField("cache_state", build.cause().key());
        generator.writeStringField("since", build.since().toString());
        generator.writeEndObject();
    }

    static void write(JsonGenerator generator, LensStanding standing, boolean text) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("key", standing.key().hash().hex());
        generator.writeStringField("state", standing.state().key());
        if (standing.id().isPresent() && standing.lens().isPresent()) {
            Lens lens = standing.lens().get().lens();
            generator.writeStringField("lens", standing.id().get().value());
            generator.writeStringField("generated_by", lens.provenance().generatedBy());
            generator.writeStringField(
                    "created_at", lens.provenance().createdAt().toString());
            provenance(generator, lens.provenance());
            generator.writeBooleanField("pinned", standing.lens().get().isPinned());
            generator.writeStringField(
                    "fresh_until", standing.lens().get().freshUntil().toString());
            generator.writeStringField(
                    "expires_at", standing.lens().get().expiresAt().toString());
            generator.writeNumberField(
                    "served", standing.record().served(standing.id().get()));
            if (text) {
                items(generator, lens);
            }
        }
        generator.writeNumberField("retirements", standing.record().retirements());
        generator.writeArrayFieldStart("workers");
        for (LensJudge.Finding finding : standing.findings()) {
            worker(generator, standing, finding);
        }
        generator.writeEndArray();
        tally(generator, "direct", standing.record().direct());
        generator.writeEndObject();
    }

    private static void provenance(JsonGenerator generator, Provenance provenance) throws IOException {
        generator.writeStringField("template", provenance.templateVersion());
        generator.writeNumberField("input_tokens", provenance.usage().inputTokens());
        generator.writeNumberField("output_tokens", provenance.usage().outputTokens());
        generator.writeFieldName("cost_usd");
        generator.writeRawValue(provenance.cost().toString());
        if (provenance.edited().isPresent()) {
            Provenance.Edited edited = provenance.edited().get();
            generator.writeObjectFieldStart("edited");
            generator.writeStringField("by", edited.by());
            generator.writeStringField("at", edited.at().toString());
            generator.writeStringField("from", edited.from());
            generator.writeEndObject();
        }
    }

    private static void worker(JsonGenerator generator, LensStanding standing, LensJudge.Finding finding)
            throws IOException {
        generator.writeStartObject();
        generator.writeStringField("model", finding.worker());
        LensId lens = standing.id().orElseThrow();
        tally(generator, "with", standing.record().with(lens, finding.worker()));
        tally(generator, "bare", standing.record().bare(finding.worker()));
        generator.writeStringField("compared_with", finding.reference().key());
        generator.writeNumberField("lift", rounded(finding.lift()));
        generator.writeNumberField("harm_probability", rounded(finding.harm()));
        generator.writeEndObject();
    }

    private static void tally(JsonGenerator generator, String name, Tally tally) throws IOException {
        generator.writeObjectFieldStart(name);
        generator.writeNumberField("outcomes", tally.answers());
        generator.writeNumberField("weight", rounded(tally.mass()));
        if (tally.mass() > 0) {
            generator.writeNumberField("quality", rounded(tally.good() / tally.mass()));
        } else {
            generator.writeNullField("quality");
        }
        generator.writeEndObject();
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    private static void items(JsonGenerator generator, Lens lens) throws IOException {
        generator.writeObjectFieldStart("text");
        generator.writeStringField("task_scope", lens.scope());
        list(generator, "constraints", lens.constraints());
        list(generator, "anti_patterns", lens.antiPatterns());
        list(generator, "heuristics", lens.heuristics());
        list(generator, "patterns", lens.patterns());
        list(generator, "examples", lens.examples());
        list(generator, "target_files", lens.targetFiles());
        generator.writeEndObject();
    }

    private static void list(JsonGenerator generator, String name, List<String> items) throws IOException {
        generator.writeArrayFieldStart(name);
        for (String item : items) {
            generator.writeString(item);
        }
        generator.writeEndArray();
    }
}
