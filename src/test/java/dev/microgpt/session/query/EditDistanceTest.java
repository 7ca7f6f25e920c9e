package dev.microgpt.session.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;

/// Compares the edit distance, computed near the diagonal alone, with all cells of its definition.
final class EditDistanceTest {

    private static int definition(int[] a, int[] b) {
        int[][] cells = new int[a.length + 1][b.length + 1];
        for (int i = 0; i <= a.length; i++) {
            for (int j = 0; j <= b.length; j++) {
                if (i == 0 || j == 0) {
                    cells[i][j] = i + j;
                } else {
                    int replaced = cells[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                    cells[i][j] =
                            Math.min(replaced, 1 + Math.min(cells[i - 1][j], cells[i][j - 1]));
                }
            }
        }
        return cells[a.length][b.length];
    }

    @Test
    void equalsItsDefinition() {
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            int[] text = random.ints(random.nextInt(12), 0, 3).toArray();
            EditDistance distance = new EditDistance(text);
            for (int j = 0; j < 5; j++) {
                int[] other = random.ints(random.nextInt(12), 0, 3).toArray();
                int expected = definition(text, other);
                int[] buffer = Arrays.copyOf(other, 20); // longer than the text
                for (int limit = 1; limit < 14; limit++) {
                    assertThat(distance.below(limit, buffer, other.length))
                            .isEqualTo(Math.min(limit, expected));
                }
            }
        }
    }
}
