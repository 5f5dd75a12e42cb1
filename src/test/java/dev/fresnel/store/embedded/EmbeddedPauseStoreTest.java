package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.pause.PauseOrder;
import dev.fresnel.pause.PauseStore;
import dev.fresnel.pause.PauseStoreContract;
import dev.fresnel.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedPauseStoreTest extends PauseStoreContract {
    @RegisterExtension
    final StoreFile file = new StoreFile();

    private final PauseStore store = new EmbeddedPauseStore(file.store());

    @Test
    void isThereAgain_whenTheFileIsOpenedAnew() {
        PauseOrder order = new PauseOrder(PauseOrder.State.PAUSED, LensFixtures.NOW, "somebody", Optional.of("why"));
        Await.result(store.save(ACME, order));

        PauseStore again = new EmbeddedPauseStore(file.reopened());

        assertThat(Await.result(again.load(List.of(ACME)))).isEqualTo(Map.of(ACME, order));
    }

    @Test
    void saysThatNothingWasKept_whenTheDiskTakesNoMore() {
        PauseOrder order = new PauseOrder(PauseOrder.State.PAUSED, LensFixtures.NOW, "somebody", Optional.empty());

        file.onAFullDisk(full -> assertThat(Await.failure(new EmbeddedPauseStore(full).save(ACME, order)))
                .hasMessageContaining("cannot be written"));
    }

    @Override
    protected PauseStore store() {
        return store;
    }

    @Override
    protected void put(String text) {
        file.put(EmbeddedPauseStore.PAUSES, ACME.key(), text);
    }

    @Override
    protected int discarded() {
        return file.problems().size();
    }
}
