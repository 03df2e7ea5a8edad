package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

class ListenAddressTest {
    @Example
    void aPortAloneIsOneOfThisHost() {
        assertThat(ListenAddress.parse("9469")).isEqualTo(new ListenAddress("127.0.0.1", 9469));
        assertThat(ListenAddress.parse("9469").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("localhost:1").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("[::1]:1").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("127.3.2.1:1").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("0.0.0.0:1").isLoopback()).isFalse();
        assertThat(ListenAddress.parse("[::]:1").isLoopback()).isFalse();
        assertThat(ListenAddress.parse("10.0.0.1:1").socket().isUnresolved()).isFalse();
    }

    /** A wrong one is told in one line; a right one can be written as it is understood, and has an address. */
    @Property(tries = 500)
    void anyTextIsUnderstoodOrRefused(
            @ForAll
                    @StringLength(max = 24)
                    @Chars({'[', ']', ':', '.', '%', ' ', 'l', '\n'})
                    @CharRange(from = '0', to = 'f')
                    String text) {
        try {
            ListenAddress address = ListenAddress.parse(text);
            assertThat(ListenAddress.parse(address.toString())).isEqualTo(address);
            assertThat(address.socket().isUnresolved()).isFalse();
            assertThat(text).matches(ListenAddress.PATTERN);
        } catch (IllegalArgumentException wrong) {
            assertThat(wrong.getMessage()).contains("write");
        }
    }

    @Example
    void namesAreNotLookedUp() {
        for (String name : new String[] {"example.com:80", "nowake:80", "a:1", "localhost.:1"}) {
            assertThatThrownBy(() -> ListenAddress.check(name))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("begins with no address");
        }
    }
}
