package io.portmapctl.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.check.Barriers;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.MappingReason;
import io.portmapctl.check.State;
import io.portmapctl.cni.Identity;
import io.portmapctl.fault.HostFault;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.notice.Notice;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.SurroundingChains;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.testing.ClassConstants;
import io.portmapctl.testing.Codes;
import io.portmapctl.text.Octets;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every kind of notice that there is has a sentence, and a code that no other room has. */
@Tag("fast")
class NoticeTextTest {

  /** By the class files: to look at all of them by ArchUnit takes seconds. */
  private static List<Class<?>> kinds() throws Exception {
    List<Class<?>> kinds = new ArrayList<>();
    for (String name : ClassConstants.namesOfMainCode()) {
      Class<?> each = Class.forName("io.portmapctl." + name, false, Notice.class.getClassLoader());
      if (Notice.class.isAssignableFrom(each)
          && !each.isInterface()
          && !Modifier.isAbstract(each.getModifiers())) {
        kinds.add(each);
      }
    }
    return kinds;
  }

  @Test
  void everyKindHasASentence() throws Exception {
    List<Class<?>> kinds = kinds();
    assertThat(kinds).hasSizeGreaterThan(40);
    for (Class<?> kind : kinds) {
      for (boolean flag : new boolean[] {true, false}) {
        Notice notice = (Notice) sample(kind, flag);
        assertThat(NoticeText.of(notice)).as(kind.getName()).isNotBlank();
      }
    }
  }

  @Test
  void codesAreWordsAndEachIsOfOneKind() throws Exception {
    Map<String, Class<?>> of = new HashMap<>();
    for (Class<?> kind : kinds()) {
      for (boolean flag : new boolean[] {true, false}) {
        String code = ((Notice) sample(kind, flag)).code();
        assertThat(code).as(kind.getName()).matches("[a-z0-9]+(-[a-z0-9]+)*");
        assertThat(of.putIfAbsent(code, kind)).as(code).isIn(null, kind);
      }
    }
    assertThat(of.keySet())
        .as("the notices of " + Codes.FILE)
        .containsExactlyInAnyOrderElementsOf(Codes.of("notice").keySet());
  }

  /** Some value of a type; records are made of some values of their components' types. */
  private static Object sample(Class<?> type, boolean flag) throws Exception {
    Map<Class<?>, Object> known = new HashMap<>();
    known.put(String.class, "x");
    known.put(boolean.class, flag);
    known.put(int.class, 8080);
    known.put(Optional.class, Optional.empty());
    known.put(OptionalInt.class, OptionalInt.empty());
    known.put(OptionalLong.class, OptionalLong.empty());
    known.put(List.class, List.of());
    known.put(Path.class, Path.of("/file"));
    known.put(Layout.class, Layouts.MARK);
    known.put(IpAddress.class, IpAddress.parse("192.0.2.1").orElseThrow());
    known.put(Identity.class, new Identity("web", "c0ffee"));
    known.put(Mapping.class, mapping());
    known.put(Barriers.Barrier.class, barrier(flag));
    known.put(Octets.class, Octets.EMPTY);
    known.put(HostFault.class, HostFault.Plain.LOCKED);
    known.put(
        HostException.class,
        new HostException(HostException.Kind.FAILED, new HostFault.Overtaken(5, false)));
    if (known.containsKey(type)) {
      return known.get(type);
    }
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[flag ? 0 : constants.length - 1];
    }
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    Object[] values = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      values[i] = sample(types[i], flag);
    }
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    return constructor.newInstance(values);
  }

  private static Barriers.Barrier barrier(boolean flag) {
    Barriers.Subject subject =
        new Barriers.Subject(
            new PublishedPort(Family.IPV4, "tcp", Optional.empty(), 8080),
            IpProtocol.of("tcp").orElseThrow(),
            Cidr.parse("10.89.5.6/24").orElseThrow(),
            80,
            true);
    ChainSite site =
        new ChainSite(RuleEngine.IPTABLES_NFT, "ip", "filter", "FORWARD", Hook.FORWARD, 0, false);
    return new Barriers.Barrier(
        Barriers.Sender.OTHERS,
        site,
        new DecidedBy.ByPolicy(site),
        SurroundingChains.Stop.Kind.DROPPED,
        true,
        flag,
        List.of(subject),
        List.of());
  }

  private static Mapping mapping() {
    Mapping.Taker taker =
        new Mapping.Taker(
            RuleEngine.IPTABLES,
            "nat",
            "DOCKER",
            1,
            Octets.EMPTY,
            Optional.empty(),
            Optional.empty());
    return new Mapping(
        Family.IPV4,
        "tcp",
        Optional.empty(),
        OptionalInt.of(8080),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.of(new Identity("web", "c0ffee")),
        Optional.empty(),
        "CHAIN",
        true,
        State.SHADOWED,
        MappingReason.TAKEN,
        false,
        Optional.of(taker),
        OptionalLong.empty(),
        List.of());
  }
}
