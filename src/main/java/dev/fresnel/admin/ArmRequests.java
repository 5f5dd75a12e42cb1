package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.LeafState;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the learned policy takes the arms for, context by context, and how it is made to forget. Thread-safe as what it is handed. */
public final class ArmRequests implements OperationGroup {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 200;
    private static final double TWO_SIDED_95 = 1.959964;
    private static final double WORSE_BEYOND_DOUBT = .05;

    private final Learned learned;
    private final TenantNames tenants;

    /** What there is to look at, and to reset. */
    public interface Learned {
        /** The populations a tenant's requests may be learned in: its own, and those that it shares with others. */
        List<String> populations(TenantId tenant);

        /** All contexts of a population that anything is known of. */
        List<LeafState> leaves(String population);

        /** Whether an arm was found to have changed a short while ago. */
        boolean isAlarmed(String population);

        /** Whether too many of an arm's answers had to be escalated lately. */
        boolean isPaused(TenantId tenant, Arm arm);

        /** Forgets what was learned of one arm, or of all, here and in the store; rows that the policy starts from stay. Fails when the store does. */
        Future<Void> reset(String population, Optional<String> arm);
    }

    public ArmRequests(Learned learned, TenantNames tenants) {
        this.learned = learned;
        this.tenants = tenants;
    }

    @Override
    public List<Operation> operations() {
        ParameterType known = new ParameterType.KnownTenant(tenants);
        return List.of(
                Operation.get(
                        "/admin/arms",
                        this::list,
                        Parameter.query("tenant", known).required(),
                        Parameter.query("population", new ParameterType.Text(300)),
                        Parameter.query("limit", new ParameterType.WholeNumber(1, MOST)),
                        Parameter.query("offset", new ParameterType.WholeNumber(0, 1_000_000))),
                Operation.change(
                        HttpMethod.POST,
                        "/admin/arms/reset",
                        "arms_reset",
                        this::reset,
                        Parameter.body("tenant", known).required(),
                        Parameter.body("population", new ParameterType.Text(300)),
                        Parameter.body("arm", new ParameterType.Text(64))));
    }

    private Future<AdminReply> list(AdminRequest request) {
        TenantId tenant = request.tenant("tenant").orElseThrow();
        List<LeafState> all = new ArrayList<>();
        for (String population : learned.populations(tenant)) {
            if (request.text("population").map(population::equals).orElse(true)) {
                learned.leaves(population).stream()
                        .filter(leaf -> isOf(tenant, leaf))
                        .forEach(all::add);
            }
        }
        all.sort(Comparator.comparing(LeafState::used).reversed());
        int offset = request.number("offset").map(Long::intValue).orElse(0);
        int limit = request.number("limit").map(Long::intValue).orElse(DEFAULT_LIMIT);
        List<LeafState> page = all.stream().skip(offset).limit(limit).toList();
        return Future.succeededFuture(AdminReply.json(json -> {
            json.writeStartObject();
            json.writeStringField("tenant", tenant.value());
            json.writeNumberField("total", all.size());
            json.writeNumberField("offset", offset);
            json.writeArrayFieldStart("contexts");
            for (LeafState leaf : page) {
                context(json, tenant, leaf);
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    /** Of a population that tenants share, a tenant sees its own leaves. */
    private static boolean isOf(TenantId tenant, LeafState leaf) {
        String name = leaf.context().leaf();
        return name.equals(tenant.value()) || name.startsWith(tenant.value() + "/");
    }

    private void context(JsonGenerator json, TenantId tenant, LeafState leaf) throws IOException {
        json.writeStartObject();
        json.writeStringField("population", leaf.context().population());
        json.writeStringField("task", leaf.context().task());
        json.writeStringField("leaf", leaf.context().leaf());
        json.writeStringField("last_used", leaf.used().toString());
        json.writeBooleanField("alarmed", learned.isAlarmed(leaf.context().population()));
        json.writeArrayFieldStart("arms");
        double best = leaf.arms().stream()
                .mapToDouble(LeafState.ArmState::quality)
                .max()
                .orElse(0);
        for (LeafState.ArmState arm : leaf.arms()) {
            arm(json, arm, standing(tenant, arm, best));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** How an arm stands beside the others of its context. */
    private enum Standing {
        PAUSED,
        UNKNOWN,
        BEST,
        COMPARABLE,
        WORSE;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        String words(LeafState.ArmState arm) {
            return switch (this) {
                case PAUSED -> "so many of its answers had to be escalated that it is paused";
                case UNKNOWN -> "nothing was learned of it here yet; what is believed comes from elsewhere";
                case BEST -> "the best here, as far as is known";
                case COMPARABLE ->
                    String.format(
                            Locale.ROOT,
                            "with probability %.2f at least as good as direct; where that is near enough, the cheaper one wins",
                            arm.notWorse());
                case WORSE ->
                    String.format(
                            Locale.ROOT,
                            "with probability %.2f worse than direct; tried seldom, and never where the quality guard forbids it",
                            1 - arm.notWorse());
            };
        }
    }

    private Standing standing(TenantId tenant, LeafState.ArmState arm, double best) {
        if (learned.isPaused(tenant, arm.arm())) {
            return Standing.PAUSED;
        }
        if (arm.weight() <= 0) {
            return Standing.UNKNOWN;
        }
        if (arm.quality() >= best) {
            return Standing.BEST;
        }
        return arm.notWorse() < WORSE_BEYOND_DOUBT ? Standing.WORSE : Standing.COMPARABLE;
    }

    private static void arm(JsonGenerator json, LeafState.ArmState arm, Standing standing) throws IOException {
        json.writeStartObject();
        json.writeStringField("arm", arm.arm().name());
        json.writeStringField("standing", standing.key());
        json.writeNumberField("mean", rounded(arm.quality()));
        json.writeNumberField("sd", rounded(arm.deviation()));
        json.writeNumberField("low", rounded(Math.clamp(arm.quality() - TWO_SIDED_95 * arm.deviation(), 0, 1)));
        json.writeNumberField("high", rounded(Math.clamp(arm.quality() + TWO_SIDED_95 * arm.deviation(), 0, 1)));
        json.writeNumberField("weight", rounded(arm.weight()));
        number(json, "reward", arm.reward());
        json.writeNumberField("pending", arm.pending());
        number(json, "not_worse_than_direct", arm.notWorse());
        json.writeStringField(
                "words",
                String.format(
                        Locale.ROOT,
                        "Good in %.0f %% of such tasks, give or take %.0f, from %.1f outcomes here; %s.",
                        100 * arm.quality(),
                        100 * TWO_SIDED_95 * arm.deviation(),
                        arm.weight(),
                        standing.words(arm)));
        json.writeEndObject();
    }

    private static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, rounded(value));
        } else {
            json.writeNullField(name);
        }
    }

    private static double rounded(double value) {
        return Math.round(value * 1e6) / 1e6;
    }

    private Future<AdminReply> reset(AdminRequest request) {
        TenantId tenant = request.tenant("tenant").orElseThrow();
        List<String> all = learned.populations(tenant);
        List<String> meant = request.text("population")
                .map(List::of)
                // What it shares with others is not reset in passing.
                .orElseGet(() -> all.stream()
                        .filter(population -> population.startsWith(tenant.value() + "/"))
                        .toList());
        if (!all.containsAll(meant)) {
            return Future.succeededFuture(new AdminReply.Refused(
                    ErrorCode.INVALID_REQUEST,
                    List.of(RequestProblem.of(
                            "population",
                            "population names none of the tenant's; there are " + String.join(", ", all)))));
        }
        Optional<String> arm = request.text("arm");
        return Future.join(meant.stream()
                        .map(population -> learned.reset(population, arm))
                        .toList())
                .<AdminReply>map(_ -> AdminReply.changed(
                        json -> {
                            json.writeStartObject();
                            json.writeArrayFieldStart("populations");
                            for (String population : meant) {
                                json.writeString(population);
                            }
                            json.writeEndArray();
                            json.writeStringField("arm", arm.orElse(null));
                            json.writeEndObject();
                        },
                        tenant,
                        (meant.size() == 1 ? meant.getFirst() : meant.size() + " populations")
                                + arm.map(name -> ", arm " + name).orElse("")))
                .otherwise(_ -> AdminReply.storeAway());
    }
}
