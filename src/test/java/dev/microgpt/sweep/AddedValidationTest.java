package dev.microgpt.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelOptions;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests the validation of trials whose options have none.
@SharesNothing
final class AddedValidationTest {

    @ParameterizedTest
    @CsvSource({
        "32000, 1000, 500, 1000",
        "32000, 5000, 500, 556",
        "32000, 100000, 500, 5000",
        "6, 200, 1, 10",
        "100, 7, 10, 7",
    })
    void measuresNoMoreDocumentsThanAreTrainedOn(
            int numDocs, long steps, long documents, long every) {
        assertThat(AddedValidation.of(numDocs, steps))
                .isEqualTo(new AddedValidation(documents, every));
    }

    @Test
    void leavesOptionsWithAValidationAlone() {
        ModelOptions own = ModelOptions.builder().validation(0.2).build();
        AddedValidation added = AddedValidation.of(100, 10);
        assertThat(added.addTo(own)).isEqualTo(own);
        assertThat(added.addTo(ModelOptions.defaults()).heldOut().validation()).isEqualTo(10);
    }
}
