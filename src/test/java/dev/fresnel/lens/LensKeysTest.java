package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensKeys.Owner;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LensKeysTest {
    private static final TenantId ACME = LensFixtures.ACME;
    private static final ModelName SMART = new ModelName("smart");

    private final LensKeys keys = new LensKeys("lens-v1");

    @Test
    void keepsPartitionsApart() {
        LensKeys keys = new LensKeys("lens-v1");
        LensSubject.Task task = new LensSubject.Task("Be brief", "[]", "Write tests");
        Fingerprint here = keys.partition(Owner.of(new TenantId("acme")), new ModelName("smart"), task);

        assertThat(keys.partition(
                        Owner.of(new TenantId("acme")),
                        new ModelName("smart"),
                        new LensSubject.Task(" be  BRIEF", "[]", "Other")))
                .isEqualTo(here);
        assertThat(List.of(
                        keys.partition(Owner.of(new TenantId("other")), new ModelName("smart"), task),
                        keys.partition(Owner.of(new TenantId("acme")), new ModelName("smarter"), task),
                        keys.partition(
                                Owner.of(new TenantId("acme")),
                                new ModelName("smart"),
                                new LensSubject.Task("Be long", "[]", "Write tests")),
                        keys.partition(
                                Owner.of(new TenantId("acme")),
                                new ModelName("smart"),
                                new LensSubject.Task("Be brief", "[1]", "Write tests")),
                        new LensKeys("lens-v2")
                                .partition(Owner.of(new TenantId("acme")), new ModelName("smart"), task)))
                .doesNotHaveDuplicates()
                .doesNotContain(here);
    }

    @Test
    void sharesAKey_whenTextsDifferOnlyInCaseSpaceAndUnicodeForm() {
        LensKey one = keys.keyFor(Owner.of(ACME), SMART, new LensSubject.Task("Be  Brief.", "[]", " Ｍake 5 ﬁles\n"));
        LensKey two = keys.keyFor(Owner.of(ACME), SMART, new LensSubject.Task("be brief.", "[]", "make\u00A05 files"));

        assertThat(one).isEqualTo(two);
    }

    @Test
    void separatesKeys_whenAnythingElseDiffers() {
        List<LensKey> all = List.of(
                keys.keyFor(Owner.of(ACME), SMART, new LensSubject.Task("s", "[]", "make 5 files")),
                keys.keyFor(Owner.of(ACME), SMART, new LensSubject.Task("s", "[]", "make 6 files")),
                keys.keyFor(Owner.of(ACME), SMART, new LensSubject.Task("s", "[1]", "make 5 files")),
                keys.keyFor(Owner.of(ACME), SMART, new LensSubject.Task("t", "[]", "make 5 files")),
                keys.keyFor(Owner.of(ACME), new ModelName("Smart"), new LensSubject.Task("s", "[]", "make 5 files")),
                keys.keyFor(Owner.of(new TenantId("Acme")), SMART, new LensSubject.Task("s", "[]", "make 5 files")),
                new LensKeys("lens-v2").keyFor(Owner.of(ACME), SMART, new LensSubject.Task("s", "[]", "make 5 files")),
                keys.keyFor(Owner.of(ACME), SMART, new LensSubject.App("s", "[]")),
                keys.keyFor(Owner.of(ACME), SMART, new LensSubject.Task("s", "[]", "")),
                keys.keyFor(Owner.of(ACME), SMART, new LensSubject.Named("s", "", "")));

        assertThat(all.stream().map(LensKey::hash)).doesNotHaveDuplicates();
    }

    @Test
    void keepsKeysOfATenantApart_whereEachHasItsOwn() {
        LensSubject task = new LensSubject.Task("s", "[]", "u");
        Owner ci = new Owner(ACME, Optional.of("ci"));

        assertThat(List.of(
                        keys.keyFor(Owner.of(ACME), SMART, task).hash(),
                        keys.keyFor(ci, SMART, task).hash(),
                        keys.keyFor(new Owner(ACME, Optional.of("cd")), SMART, task)
                                .hash(),
                        keys.keyFor(new Owner(new TenantId("other"), Optional.of("ci")), SMART, task)
                                .hash(),
                        keys.partition(Owner.of(ACME), SMART, new LensSubject.Task("s", "[]", "u")),
                        keys.partition(ci, SMART, new LensSubject.Task("s", "[]", "u"))))
                .doesNotHaveDuplicates();
    }

    /** T4: no choice of texts forges the key of another tenant or another split of the parts. */
    @Test
    void neverCollides_whateverTheParts() {
        Random random = new Random(137);
        String[] bits = {"a", "b", ":", "/", "\u0000", "{acme}", "acme", "task", "lens-v1", "1", "\n", "é", "smart"};
        String[] tenants = {"a", "ab", "acme", "acme-1", "task", "lens-v1"};
        Map<LensKey, String> seen = new HashMap<>();
        Map<String, String> byHash = new HashMap<>();

        for (int i = 0; i < 20_000; i++) {
            String tenant = tenants[random.nextInt(tenants.length)];
            String smart = "m" + word(random, bits);
            LensSubject subject = switch (random.nextInt(3)) {
                case 0 -> new LensSubject.Task(word(random, bits), word(random, bits), word(random, bits));
                case 1 -> new LensSubject.App(word(random, bits), word(random, bits));
                default -> new LensSubject.Named(word(random, bits), word(random, bits), word(random, bits));
            };
            LensKey key = keys.keyFor(Owner.of(new TenantId(tenant)), new ModelName(smart), subject);
            String meaning = tenant + "|" + smart.length() + smart + "|" + meaning(subject);

            assertThat(seen.merge(key, meaning, (before, _) -> before)).isEqualTo(meaning);
            assertThat(byHash.merge(key.hash().hex(), tenant, (before, _) -> before))
                    .isEqualTo(tenant);
        }
    }

    @Test
    void namesTheSubject_byRequestBeforeRoute() {
        Optional<String> name = Optional.of("nightly");

        assertThat(LensSubject.of(LensPolicy.Scope.APP, name, "s", "t", "u"))
                .isEqualTo(new LensSubject.Named("nightly", "s", "t"));
        assertThat(LensSubject.of(LensPolicy.Scope.APP, Optional.empty(), "s", "t", "u"))
                .isEqualTo(new LensSubject.App("s", "t"));
        assertThat(LensSubject.of(LensPolicy.Scope.TASK, Optional.of(" "), "s", "t", "u"))
                .isEqualTo(new LensSubject.Task("s", "t", "u"));
        assertThat(LensSubject.of(LensPolicy.Scope.EXPLICIT, Optional.empty(), "s", "t", "u"))
                .isEqualTo(new LensSubject.Task("s", "t", "u"));
    }

    private static String meaning(LensSubject subject) {
        return switch (subject) {
            case LensSubject.Task(String s, String t, String u) -> "task" + lengths(norm(s), t, norm(u));
            case LensSubject.App(String s, String t) -> "app" + lengths(norm(s), t);
            case LensSubject.Named(String n, String s, String t) -> "named" + lengths(norm(n), norm(s), t);
        };
    }

    private static String norm(String text) {
        return LensKeys.normalised(text);
    }

    private static String lengths(String... parts) {
        List<String> out = new ArrayList<>();
        for (String part : parts) {
            out.add(part.length() + "=" + part);
        }
        return out.toString();
    }

    private static String word(Random random, String[] bits) {
        StringBuilder word = new StringBuilder();
        for (int n = random.nextInt(4); n > 0; n--) {
            word.append(bits[random.nextInt(bits.length)]);
        }
        return word.toString();
    }
}
