package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.exchange.Explanation;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What was decided about the last requests, and why, in words and numbers. Thread-safe. */
public final class DecisionRequests implements OperationGroup {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 500;

    private final DecisionHistory history;
    private final TenantNames tenants;

    public DecisionRequests(DecisionHistory history, TenantNames tenants) {
        this.history = history;
        this.tenants = tenants;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(
                        "/admin/decisions",
                        this::list,
                        Parameter.query("tenant", new ParameterType.KnownTenant(tenants))
                                .required(),
                        Parameter.query("limit", new ParameterType.WholeNumber(1, MOST))),
                Operation.get(
                        "/admin/decisions/{request_id}",
                        this::explain,
                        Parameter.path("request_id", new ParameterType.Text(128))));
    }

    private Future<AdminReply> list(AdminRequest request) {
        int limit = request.number("limit").map(Long::intValue).orElse(DEFAULT_LIMIT);
        List<ExchangeEvent.Finished> found = history.of(request.tenant("tenant").orElseThrow(), limit);
        return Future.succeededFuture(AdminReply.json(json -> {
            json.writeStartObject();
            json.writeStringField("tenant", request.required("tenant"));
            json.writeArrayFieldStart("decisions");
            for (ExchangeEvent.Finished one : found) {
                json.writeStartObject();
                summary(json, one);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    private Future<AdminReply> explain(AdminRequest request) {
        String id = request.required("request_id");
        return Future.succeededFuture(history.find(id)
                .map(found -> AdminReply.json(json -> {
                    Assessment assessment = found.assessment().orElseThrow();
                    json.writeStartObject();
                    summary(json, found);
                    json.writeArrayFieldStart("words");
                    for (String sentence : DecisionWords.of(found, assessment)) {
                        json.writeString(sentence);
                    }
                    json.writeEndArray();
                    json.writeFieldName("explanation");
                    json.writeRawValue(Explanation.json(assessment));
                    json.writeEndObject();
                }))
                .orElseGet(() -> AdminReply.notFound("Nothing is kept of a request '" + id
                        + "': it has not ended, nothing was decided about it, or newer ones took its place.")));
    }

    private static void summary(JsonGenerator json, ExchangeEvent.Finished one) throws IOException {
        Assessment assessment = one.assessment().orElseThrow();
        json.writeStringField("request_id", one.request().value());
        json.writeStringField("at", one.at().toString());
        json.writeStringField("tenant", one.tenant().value());
        json.writeStringField("requested_model", one.requestedModel().orElse(null));
        json.writeStringField("answered_by", one.answeredBy().orElse(null));
        json.writeStringField("arm", one.arm());
        json.writeStringField("preferred", assessment.decision().preferred().name());
        json.writeArrayFieldStart("reasons");
        for (String reason : one.reasons()) {
            json.writeString(reason);
        }
        json.writeEndArray();
        json.writeStringField("task_kind", assessment.features().kind().key());
        json.writeNumberField("status", one.status());
        json.writeStringField("end", one.end().key());
        json.writeStringField("error", one.error().orElse(null));
        json.writeNumberField("input_tokens", one.usage().inputTokens());
        json.writeNumberField("output_tokens", one.usage().outputTokens());
        dollars(json, "cost_usd", one.cost());
        dollars(json, "lens_cost_usd", Optional.of(one.lensCost()));
        json.writeFieldName("ttft_ms");
        json.writeRawValue(one.timeToFirstToken()
                .map(Duration::toMillis)
                .map(Object::toString)
                .orElse("null"));
        json.writeNumberField("total_ms", one.total().toMillis());
    }

    private static void dollars(JsonGenerator json, String name, Optional<Usd> amount) throws IOException {
        json.writeFieldName(name);
        json.writeRawValue(amount.map(Usd::toString).orElse("null"));
    }
}
