package dev.fresnel.admin;

import dev.fresnel.chat.JsonText;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseOrder;
import java.util.Optional;

/** Orders of the kill switch as JSON. */
public final class PauseJson {
    private PauseJson() {}

    /** What stands for one scope: {@code {"state":"paused","at":...,"by":...,"reason":...}}, all but the state null without an order. */
    public static String standing(Optional<PauseOrder> order) {
        return "{\"state\":"
                + JsonText.quote(order.map(PauseOrder::state)
                        .orElse(PauseOrder.State.ACTIVE)
                        .key())
                + ",\"at\":" + quoted(order.map(PauseOrder::at))
                + ",\"by\":" + quoted(order.map(PauseOrder::by))
                + ",\"reason\":" + quoted(order.flatMap(PauseOrder::reason)) + "}";
    }

    static String result(KillSwitch.Result result) {
        return "{\"tenant\":" + quoted(result.change().scope().tenant())
                + ",\"before\":"
                + JsonText.quote(result.change().stateBefore().key())
                + ",\"order\":" + standing(Optional.of(result.change().after()))
                + ",\"stored\":" + (result.reach() == KillSwitch.Reach.STORED) + "}\n";
    }

    private static String quoted(Optional<?> value) {
        return value.map(Object::toString).map(JsonText::quote).orElse("null");
    }
}
