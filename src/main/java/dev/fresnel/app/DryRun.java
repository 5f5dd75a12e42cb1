package dev.fresnel.app;

import dev.fresnel.budget.PriceTable;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.Delegator;
import dev.fresnel.delegation.Experience;
import dev.fresnel.delegation.Inquiry;
import dev.fresnel.delegation.Moment;
import dev.fresnel.delegation.Overrides;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.estimate.JtokkitEstimator;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.policy.Policy;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.upstream.ForwardHeaders;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Usd;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A decision taken as the gateway would take it, without a gateway: the same estimator, lengths and delegator, no upstream call, no
 * store. What only a running gateway knows is assumed: nothing spent today, nothing learned, no conversation running,
 * delegation not paused.
 */
final class DryRun {
    private final GatewayConfig config;
    private final Tenant tenant;

    DryRun(GatewayConfig config, Tenant tenant) {
        this.config = config;
        this.tenant = tenant;
    }

    /** The plan of the route that the request falls under. */
    RoutePlan plan(ChatRequest request) {
        return tenant.routeFor(
                request.model(), config.models().find(request.model()).map(Model::name));
    }

    /**
     * Decides.
     *
     * @param headers of the client; those that are not ours are ignored
     * @throws dev.fresnel.value.GatewayException {@code InvalidRequest} for a header of ours that says nothing
     */
    Assessment assess(ChatRequest request, List<Map.Entry<String, String>> headers, Inquiry.LensState lens) {
        long input = new JtokkitEstimator().inputTokens(request);
        PriceTable prices = new PriceTable(config.prices());
        boolean internal =
                headers.stream().anyMatch(header -> header.getKey().equalsIgnoreCase(ForwardHeaders.INTERNAL));
        Experience none = new Experience();
        TaskText task = TaskText.of(request);
        return new Delegator(config.models(), prices, config.workers(), none, new Policy(config.policy()))
                .assess(new Inquiry(
                        tenant.id(),
                        plan(request),
                        request,
                        task,
                        Optional.empty(),
                        none.expected(tenant.id(), request, task, input, request.model())
                                .estimates(),
                        Overrides.parse(headers),
                        internal ? Inquiry.Origin.GATEWAY : Inquiry.Origin.CLIENT,
                        Inquiry.Allowance.DELEGATE,
                        allLeft(),
                        lens,
                        Usd.ZERO,
                        Optional.empty(),
                        Optional.empty(),
                        Moment.of(SystemTime.clock().instant())));
    }

    /** As if nothing were spent yet. */
    private Optional<Usd> allLeft() {
        return tenant.budget().limits().periods().stream()
                .flatMap(period -> tenant.budget().limits().limit(period).stream())
                .min(Comparator.naturalOrder());
    }
}
