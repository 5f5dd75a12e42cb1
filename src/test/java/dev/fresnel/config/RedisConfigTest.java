package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisConfigTest {
    @Test
    void takesAUrlAlone_withDefaults() {
        GatewayConfig.Redis redis = redis("store: { redis: \"redis://host:6379/0\" }");

        assertThat(redis)
                .isEqualTo(new GatewayConfig.Redis(
                        new RedisAddress(
                                RedisAddress.Kind.STANDALONE,
                                RedisAddress.Encryption.NONE,
                                List.of(new HostPort("host", 6379)),
                                Optional.empty(),
                                0),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofMillis(50),
                        Duration.ofSeconds(2)));
    }

    @Test
    void takesUrlAndPasswordFromTheEnvironment() {
        ConfigResult.Valid result = (ConfigResult.Valid) Configs.load(
                "store: { redis: { url: \"${REDIS_URL}\", password: \"${REDIS_PASSWORD}\" } }\n" + Configs.MINIMAL,
                Map.of("REDIS_URL", "rediss://cache", "REDIS_PASSWORD", "hunter2"));
        GatewayConfig config = result.config();

        assertThat(config.store().redis().orElseThrow().password()).contains(new Secret("hunter2"));
        assertThat(config.store().redis().orElseThrow().address().hosts()).containsExactly(new HostPort("cache", 6379));
        assertThat(result.inForce()).contains("rediss://cache:6379/0").doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    redis://h                            | STANDALONE | NONE | h:6379           | -    | 0
                    rediss://h:7000/5                    | STANDALONE | TLS  | h:7000           | -    | 5
                    redis://[::1]:7000                   | STANDALONE | NONE | [::1]:7000       | -    | 0
                    redis://[::1]                        | STANDALONE | NONE | [::1]:6379       | -    | 0
                    redis+cluster://a,b:7001             | CLUSTER    | NONE | a:6379 b:7001    | -    | 0
                    rediss+sentinel://a,b:7001/m         | SENTINEL   | TLS  | a:26379 b:7001   | m    | 0
                    redis+sentinel://a/my.master/2       | SENTINEL   | NONE | a:26379          | my.master | 2
                    """)
    void readsEveryForm(String url, String kind, String encryption, String hosts, String master, int database) {
        RedisAddress address = redis("store: { redis: \"" + url + "\" }").address();

        assertThat(address.kind()).hasToString(kind);
        assertThat(address.encryption()).hasToString(encryption);
        assertThat(String.join(
                        " ", address.hosts().stream().map(HostPort::toString).toList()))
                .isEqualTo(hosts);
        assertThat(address.master().orElse("-")).isEqualTo(master);
        assertThat(address.database()).isEqualTo(database);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    redis://user:hunter2@h  | must not carry a user name or password; use store.redis.user and store.redis.password
                    redis://h?db=1          | must be a redis://, redis+sentinel:// or redis+cluster:// URL without a query
                    redis://a,b             | must name one host; for several use redis+sentinel:// or redis+cluster://
                    redis://h:0             | must have a host, with a port from 1 to 65535 or none
                    redis://h:70000         | must have a host, with a port from 1 to 65535 or none
                    redis:///0              | must have a host, with a port from 1 to 65535 or none
                    redis://h/one           | must have a database number as the last part of its path
                    redis://h/1/2           | must end after the database number
                    redis+cluster://a/1     | must end after the hosts: a cluster has only database 0
                    redis+sentinel://a      | must name the master that the Sentinels watch
                    """)
    void saysWhatIsWrong(String url, String expected) {
        List<String> problems = Configs.problems("store: { redis: \"" + url + "\" }\n" + Configs.MINIMAL);

        assertThat(problems)
                .singleElement()
                .asString()
                .contains("store.redis: " + expected)
                .doesNotContain("hunter2");
    }

    @Test
    void seesWhatDoesNotFitTogether() {
        assertThat(Configs.problems("store: { redis: { password: x } }\n" + Configs.MINIMAL))
                .containsExactly("x.yaml:1:17 store.redis: has no url; add url: \"redis://host:6379/0\", or remove"
                        + " store.redis");
        assertThat(Configs.problems(
                        "store: { redis: { url: \"redis://h\", user: u, ca-file: ca.pem } }\n" + Configs.MINIMAL))
                .hasSize(2)
                .anySatisfy(problem -> assertThat(problem).contains("store.redis.user: needs a password"))
                .anySatisfy(problem -> assertThat(problem).contains("store.redis.ca-file: has no effect without TLS"));
        assertThat(Configs.warnings("store: { redis: { url: \"redis://h\", password: p } }\n" + Configs.MINIMAL))
                .hasSize(2)
                .anySatisfy(warning ->
                        assertThat(warning).contains("store.redis.password: crosses the network unencrypted"))
                .anySatisfy(warning -> assertThat(warning).contains("is a secret written into this file"));
        assertThat(Configs.warnings(
                        "store: { redis: { url: \"redis://127.0.0.1\", password: p } }\n" + Configs.MINIMAL))
                .singleElement()
                .asString()
                .contains("is a secret written into this file");
    }

    private static GatewayConfig.Redis redis(String store) {
        return Configs.valid(store + "\n" + Configs.MINIMAL).store().redis().orElseThrow();
    }
}
