package dev.fresnel.admin;

import dev.fresnel.delegation.ConversationKey;
import dev.fresnel.delegation.ConversationPins;
import dev.fresnel.delegation.Pin;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The running conversations that keep their arm, by hash: what was said in them is known to nobody here. Thread-safe. */
public final class ConversationRequests implements OperationGroup {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 500;

    private final ConversationPins pins;
    private final TenantNames tenants;

    public ConversationRequests(ConversationPins pins, TenantNames tenants) {
        this.pins = pins;
        this.tenants = tenants;
    }

    @Override
    public List<Operation> operations() {
        ParameterType known = new ParameterType.KnownTenant(tenants);
        return List.of(
                Operation.get(
                        "/admin/conversations",
                        this::list,
                        Parameter.query("tenant", known).required(),
                        Parameter.query("limit", new ParameterType.WholeNumber(1, MOST))),
                Operation.change(
                        HttpMethod.DELETE,
                        "/admin/conversations/{tenant}/{id}",
                        "conversation_released",
                        this::release,
                        Parameter.path("tenant", known),
                        Parameter.path("id", new ParameterType.Hash())));
    }

    private Future<AdminReply> list(AdminRequest request) {
        Map<ConversationKey, Pin> all = pins.of(request.tenant("tenant").orElseThrow());
        int limit = request.number("limit").map(Long::intValue).orElse(DEFAULT_LIMIT);
        List<Map.Entry<ConversationKey, Pin>> newest = all.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<ConversationKey, Pin> entry) ->
                                entry.getValue().decidedAt())
                        .reversed())
                .limit(limit)
                .toList();
        return Future.succeededFuture(AdminReply.json(json -> {
            json.writeStartObject();
            json.writeStringField("tenant", request.required("tenant"));
            json.writeNumberField("total", all.size());
            json.writeArrayFieldStart("conversations");
            for (Map.Entry<ConversationKey, Pin> entry : newest) {
                Pin pin = entry.getValue();
                json.writeStartObject();
                json.writeStringField("id", entry.getKey().hash().hex());
                json.writeStringField("arm", pin.arm().name());
                json.writeStringField("lens", pin.lensId().orElse(null));
                json.writeStringField("decided_at", pin.decidedAt().toString());
                json.writeStringField(
                        "decision",
                        pin.learned().map(learned -> learned.decision().value()).orElse(null));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    private Future<AdminReply> release(AdminRequest request) {
        TenantId tenant = request.tenant("tenant").orElseThrow();
        Fingerprint id = new Fingerprint(request.required("id"));
        return Future.succeededFuture(
                pins.forget(new ConversationKey(tenant, id))
                        ? AdminReply.changed(AdminReply.DONE, tenant, id.shortForm())
                        : AdminReply.notFound("No running conversation of '" + tenant + "' has this id here."));
    }
}
