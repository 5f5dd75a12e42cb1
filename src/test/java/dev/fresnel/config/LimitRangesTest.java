package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.tenant.Limit;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys that are issued may have the limits that keys of the config may have. */
class LimitRangesTest {
    @Test
    void areTheSameInTheConfigAndForIssuedKeys() {
        Map<String, String> declared = new HashMap<>();
        for (RecordComponent component : TenantSection.TrafficSection.class.getRecordComponents()) {
            Key key = component.getAnnotation(Key.class);
            declared.put(
                    component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT),
                    key.min() + ".." + key.max());
        }
        Map<String, String> issued = new HashMap<>();
        Arrays.stream(Limit.values()).forEach(limit -> issued.put(limit.key(), "1.." + limit.ceiling()));

        assertThat(issued).isEqualTo(declared);
    }
}
