package dev.fresnel.app;

import dev.fresnel.admin.ArmRequests;
import dev.fresnel.admin.ConsoleRequests;
import dev.fresnel.admin.ConversationRequests;
import dev.fresnel.admin.DecisionHistory;
import dev.fresnel.admin.DecisionRequests;
import dev.fresnel.admin.EventFeed;
import dev.fresnel.admin.EventRequests;
import dev.fresnel.admin.KeyRequests;
import dev.fresnel.admin.LensRequests;
import dev.fresnel.admin.OpenApiRequests;
import dev.fresnel.admin.OperationGroup;
import dev.fresnel.admin.PauseRequests;
import dev.fresnel.admin.ProbeRequests;
import dev.fresnel.admin.SavingsRequests;
import dev.fresnel.admin.StatusRequests;
import dev.fresnel.admin.TenantNames;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.edge.Gate;
import dev.fresnel.exchange.Parts;
import dev.fresnel.observe.EventWindow;
import dev.fresnel.observe.LineWriter;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.LeafState;
import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What the admin API serves: a group of operations per subject. */
final class AdminStart {
    private AdminStart() {}

    /** @param closing is told how readers of the event stream are let go */
    static List<OperationGroup> groups(
            ProbeRequests probes,
            InForce inForce,
            Gate gate,
            Parts parts,
            KeyRegister register,
            LearnerStart.Started learning,
            DecisionHistory decisions,
            EventWindow window,
            LineWriter log,
            Closing closing) {
        TenantNames tenants = new TenantNames(inForce::tenants);
        EventRequests events = new EventRequests(
                parts.vertx(), feed(window), Long.toString(parts.clock().millis(), Character.MAX_RADIX));
        closing.later("event streams", events::close);
        return List.of(
                probes,
                new OpenApiRequests(),
                new ConsoleRequests(),
                new StatusRequests(
                        () -> Status.json(inForce, register, gate, parts, learning.seeding(), log),
                        () -> ConfigJson.whole(inForce),
                        () -> TenantsJson.tenants(inForce.config().tenants(), register, parts.killSwitch()),
                        only -> TenantsJson.budgets(inForce.config().tenants(), register, only, parts.ledger()),
                        tenants),
                events,
                new PauseRequests(parts.killSwitch(), tenants),
                new KeyRequests(() -> inForce.config().tenants(), register, tenants, parts.clock(), new SecureRandom()),
                new DecisionRequests(decisions, tenants),
                new ArmRequests(learned(inForce, parts, learning), tenants),
                new ConversationRequests(parts.pins(), tenants),
                new LensRequests(parts.shelf(), tenants),
                new SavingsRequests(parts.savings(), tenants, tenant -> Saving.lot(inForce.config(), tenant)),
                new SeedRequests(parts.vertx(), inForce, tenants));
    }

    private static EventFeed feed(EventWindow window) {
        return new EventFeed() {
            @Override
            public List<String> recent() {
                return window.lines();
            }

            @Override
            public Subscription follow(long after, Consumer<Event> follower) {
                Consumer<EventWindow.Numbered> here = event -> follower.accept(event(event));
                List<Event> missed =
                        window.follow(after, here).stream().map(this::event).toList();
                return new Subscription() {
                    @Override
                    public List<Event> missed() {
                        return missed;
                    }

                    @Override
                    public void end() {
                        window.unfollow(here);
                    }
                };
            }

            @Override
            public long last() {
                return window.last();
            }

            private Event event(EventWindow.Numbered event) {
                return new Event(event.number(), event.json());
            }
        };
    }

    private static ArmRequests.Learned learned(InForce inForce, Parts parts, LearnerStart.Started learning) {
        return new ArmRequests.Learned() {
            @Override
            public List<String> populations(TenantId tenant) {
                List<String> names = new ArrayList<>();
                for (LearnedRules.Pooling pooling : LearnedRules.Pooling.values()) {
                    for (Model model : inForce.config().models().models()) {
                        names.add(pooling.population(tenant, model.name()));
                    }
                }
                return names;
            }

            @Override
            public List<LeafState> leaves(String population) {
                return learning.policy().leaves(population);
            }

            @Override
            public boolean isAlarmed(String population) {
                return learning.policy().isAlarmed(population);
            }

            @Override
            public boolean isPaused(TenantId tenant, Arm arm) {
                return parts.breaker().isPaused(tenant, arm);
            }

            @Override
            public Future<Void> reset(String population, Optional<String> arm) {
                return learning.learner().reset(population, arm);
            }
        };
    }
}
