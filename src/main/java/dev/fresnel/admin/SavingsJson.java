package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fresnel.savings.Finding;
import dev.fresnel.savings.Range;
import dev.fresnel.savings.Statement;
import dev.fresnel.savings.StatementRow;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The savings statement as JSON. */
final class SavingsJson {
    private SavingsJson() {}

    static void write(JsonGenerator json, Statement statement) throws IOException {
        json.writeStartObject();
        json.writeStringField("from", statement.period().from().toString());
        json.writeStringField("to", statement.period().to().toString());
        json.writeStringField("by", statement.by().key());
        rows(json, "rows", statement.rows());
        rows(json, "totals", statement.totals());
        json.writeEndObject();
    }

    private static void rows(JsonGenerator json, String name, List<StatementRow> rows) throws IOException {
        json.writeArrayFieldStart(name);
        for (StatementRow row : rows) {
            row(json, row);
        }
        json.writeEndArray();
    }

    private static void row(JsonGenerator json, StatementRow row) throws IOException {
        json.writeStartObject();
        json.writeStringField("tenant", row.tenant().value());
        text(json, "day", row.day().map(Object::toString));
        text(json, "model", row.model());
        range(json, "spent_usd", Optional.of(Range.exactly(row.spent().dollars())));
        range(json, "counterfactual_usd", row.counterfactual().range());
        range(json, "saved_usd", row.saved().range());
        evidence(json, "saved", row.saved());
        range(json, "quality_difference", row.quality().range());
        evidence(json, "quality", row.quality());
        json.writeObjectFieldStart("off_policy");
        range(json, "saved_usd", row.offPolicySaved().range());
        evidence(json, "saved", row.offPolicySaved());
        range(json, "quality_difference", row.offPolicyQuality().range());
        evidence(json, "quality", row.offPolicyQuality());
        json.writeEndObject();
        json.writeNumberField("conversations", row.conversations());
        json.writeNumberField("controls", row.controls());
        json.writeNumberField("outcomes", row.judged());
        json.writeNumberField("control_outcomes", row.controlsJudged());
        json.writeNumberField("requests", row.requests());
        json.writeNumberField("unpriced_requests", row.unpriced());
        json.writeNumberField("other_requests", row.otherRequests());
        json.writeNumberField("other_spent_usd", row.otherSpent().dollars());
        json.writeNumberField("other_unpriced_requests", row.otherUnpriced());
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String name, Optional<String> text) throws IOException {
        if (text.isPresent()) {
            json.writeStringField(name, text.get());
        } else {
            json.writeNullField(name);
        }
    }

    private static void range(JsonGenerator json, String name, Optional<Range> range) throws IOException {
        if (range.isEmpty()) {
            json.writeNullField(name);
            return;
        }
        json.writeObjectFieldStart(name);
        json.writeNumberField("value", range.get().value());
        json.writeNumberField("low", range.get().low());
        json.writeNumberField("high", range.get().high());
        json.writeEndObject();
    }

    private static void evidence(JsonGenerator json, String what, Finding finding) throws IOException {
        json.writeStringField(what + "_evidence", finding.evidence().key());
        json.writeStringField(what + "_why", finding.why());
    }
}
