package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.tenant.KeyStore;
import dev.fresnel.tenant.KeyStoreContract;
import dev.fresnel.tenant.Revocation;
import dev.fresnel.testing.Await;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedKeyStoreTest extends KeyStoreContract {
    @RegisterExtension
    final StoreFile file = new StoreFile();

    private final KeyStore store = new EmbeddedKeyStore(file.store());

    @Test
    void isThereAgain_whenTheFileIsOpenedAnew() {
        Await.result(store.revoke(HASH, new Revocation(NOON, "somebody")));

        KeyStore again = new EmbeddedKeyStore(file.reopened());

        assertThat(Await.result(again.load("unread")).orElseThrow().revoked()).containsOnlyKeys(HASH);
    }

    @Test
    void saysThatNothingWasKept_whenTheDiskTakesNoMore() {
        file.onAFullDisk(full -> {
            KeyStore keys = new EmbeddedKeyStore(full);

            assertThat(Await.failure(keys.revoke(HASH, new Revocation(NOON, "somebody"))))
                    .hasMessageContaining("cannot be written");
            assertThat(Await.failure(keys.issue(issued("fk-secret-1", "ci", Map.of()))))
                    .hasMessageContaining("cannot be written");
        });
    }

    @Override
    protected KeyStore store() {
        return store;
    }

    @Override
    protected void putIssued(String text) {
        file.put(EmbeddedKeyStore.ISSUED, HASH.written(), text);
    }

    @Override
    protected void putRevoked(String text) {
        file.put(EmbeddedKeyStore.REVOKED, HASH.written(), text);
    }

    @Override
    protected int discarded() {
        return file.problems().size();
    }

    @Override
    protected String dump() {
        return file.dump();
    }
}
