package dev.microgpt.engine.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

final class GraphTest {

    private final Value a = new Value(2);
    private final Value b = new Value(3);
    private final Value product = a.mul(b);
    private final Value c = product.add(a); // 2 * 3 + 2

    @Test
    void containsTheOperandsOfANumber() {
        c.backward();
        Graph graph = Graph.of(c);

        assertThat(graph.size()).isEqualTo(4);
        assertThat(graph.idOf(c)).isEqualTo(3);
        assertThat(graph.node(3)).isSameAs(c);
        assertThat(c.op()).isEqualTo(Op.ADD);
        assertThat(graph.operands(3)).containsExactly(graph.idOf(product), graph.idOf(a));
        assertThat(product.op()).isEqualTo(Op.MUL);
        assertThat(product.localGrad(0)).isEqualTo(3);
        assertThat(product.localGrad(1)).isEqualTo(2);
        assertThat(a.op()).isEqualTo(Op.LEAF);
        assertThat(graph.operands(graph.idOf(a))).isEmpty();
    }

    @Test
    void containsTheUsesOfANumber() {
        Graph graph = Graph.of(c);

        assertThat(graph.uses(graph.idOf(a))).containsExactly(graph.idOf(product), graph.idOf(c));
        assertThat(graph.numUses(graph.idOf(a))).isEqualTo(2);
        assertThat(graph.uses(graph.idOf(b))).containsExactly(graph.idOf(product));
        assertThat(graph.uses(graph.idOf(c))).isEmpty();
    }

    @Test
    void aSquareHasOneUseAndTwoEqualOperands() {
        Value square = a.mul(a);
        Graph graph = Graph.of(square);

        assertThat(graph.operands(1)).containsExactly(0, 0);
        assertThat(graph.uses(0)).containsExactly(1);
    }

    @Test
    void operandsHaveLowerIds() {
        Value root = c.pow(-0.5).exp().add(a.log().relu());
        Graph graph = Graph.of(root);

        for (int id = 0; id < graph.size(); id++) {
            for (int operand : graph.operands(id)) {
                assertThat(operand).isLessThan(id);
            }
        }
        assertThat(graph.idOf(root)).isEqualTo(graph.size() - 1);
    }

    @Test
    void powersHaveAnExponent() {
        assertThat(a.pow(-0.5).exponent()).isEqualTo(-0.5);
        assertThatIllegalStateException().isThrownBy(c::exponent);
    }

    @Test
    void walksDownBreadthFirst() {
        Graph graph = Graph.of(c);
        int[] way = {
            graph.idOf(c), graph.idOf(product), graph.idOf(a), graph.idOf(b),
        };

        assertThat(graph.walk(way[0], Graph.Direction.DOWN, 0, 100)).containsExactly(way);
    }

    @Test
    void walksUpBreadthFirst() {
        Graph graph = Graph.of(c);

        assertThat(graph.walk(graph.idOf(b), Graph.Direction.UP, 0, 100))
                .containsExactly(graph.idOf(b), graph.idOf(product), graph.idOf(c));
    }

    @Test
    void pagesOfAWalkAddUpToTheWalk() {
        Value root = c.mul(b).add(c).exp();
        Graph graph = Graph.of(root);
        int[] all = graph.walk(graph.idOf(root), Graph.Direction.DOWN, 0, 100);

        assertThat(all).hasSize(graph.size()).doesNotHaveDuplicates();
        for (int from = 0; from < all.length; from++) {
            assertThat(graph.walk(graph.idOf(root), Graph.Direction.DOWN, from, 1))
                    .containsExactly(all[from]);
        }
        assertThat(graph.walk(graph.idOf(root), Graph.Direction.DOWN, all.length, 1)).isEmpty();
        assertThat(graph.walk(graph.idOf(root), Graph.Direction.DOWN, Integer.MAX_VALUE, 5))
                .isEmpty();
    }

    @Test
    void othersFollowTheRoot() {
        Value unused = new Value(7);
        Graph graph = Graph.of(c, a, unused);

        assertThat(graph.size()).isEqualTo(5);
        assertThat(graph.idOf(unused)).isEqualTo(4);
        assertThat(graph.uses(4)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> graph.idOf(new Value(1)));
    }

    @Test
    void doesNotChangeTheNumbers() {
        c.backward();
        double before = a.grad();
        Graph.of(c);
        Value again = a.mul(b).add(a);
        again.backward();

        assertThat(a.grad()).isEqualTo(2 * before);
    }
}
