package dev.fresnel.exchange;

/** Notes that an optimisation was given up: the fail-open law at work, visible in a counter, an event and the reply's reason. */
final class Bypass {
    private final Parts parts;
    private final Arrival arrival;
    private final Journal journal;

    Bypass(Parts parts, Arrival arrival, Journal journal) {
        this.parts = parts;
        this.arrival = arrival;
        this.journal = journal;
    }

    /** @param reason from a closed set, so that it can be a metric label */
    void note(String reason) {
        journal.then(reason);
        parts.events()
                .accept(new ExchangeEvent.Bypassed(
                        parts.clock().instant(), arrival.id(), arrival.tenant().id(), reason));
    }
}
