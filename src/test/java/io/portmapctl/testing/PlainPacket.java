package io.portmapctl.testing;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.Sample;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A concrete packet, for tests: every field is a number, and nothing of it is open but what the
 * host does not tell of its addresses.
 *
 * @param fields each field's number but those of {@link #OPEN}
 * @param mark its mark
 * @param connmark its connection's mark
 */
public record PlainPacket(Map<Field, BigInteger> fields, long mark, long connmark) {
  /** What an address is to a host of which nothing is known. */
  private static final Set<Field> OPEN = Set.of(Field.SOURCE_KIND, Field.DESTINATION_KIND);

  private static final int NAME_BYTES = 16;
  private static final long ALL_BITS = 0xffffffffL;

  /** The first packet of a connection, all else 0. */
  public static PlainPacket of(Family family, int protocol) {
    Map<Field, BigInteger> fields = new EnumMap<>(Field.class);
    for (Field field : Field.values()) {
      if (!OPEN.contains(field)) {
        fields.put(field, BigInteger.ZERO);
      }
    }
    return new PlainPacket(fields, 0, 0)
        .with(Field.FAMILY, family == Family.IPV4 ? 0 : 1)
        .with(Field.PROTOCOL, protocol)
        .with(Field.STATE, 1)
        .with(Field.SYN, protocol == 6 ? 1 : 0);
  }

  /** A field's number. */
  public BigInteger number(Field field) {
    BigInteger number = fields.get(field);
    if (number == null) {
      throw new IllegalArgumentException(field + " is open");
    }
    return number;
  }

  /** A field's number, where it is a small one. */
  public long small(Field field) {
    return number(field).longValueExact();
  }

  /** Whether a field of one bit is 1. */
  public boolean is(Field field) {
    return number(field).signum() != 0;
  }

  /** The name of an interface; empty for none. */
  public String name(Field field) {
    byte[] bytes = number(field).toByteArray();
    StringBuilder name = new StringBuilder();
    byte[] all = new byte[NAME_BYTES];
    int length = Math.min(bytes.length, NAME_BYTES);
    System.arraycopy(bytes, bytes.length - length, all, NAME_BYTES - length, length);
    for (byte one : all) {
      if (one != 0) {
        name.append((char) (one & 0xff));
      }
    }
    return name.toString();
  }

  /** The family. */
  public Family family() {
    return is(Field.FAMILY) ? Family.IPV6 : Family.IPV4;
  }

  /** An address as the model has it. */
  public IpAddress address(Field field) {
    BigInteger number = number(field);
    return new IpAddress(family(), number.shiftRight(64).longValue(), number.longValue());
  }

  /** The number of an address. */
  public static BigInteger number(IpAddress address) {
    BigInteger low = new BigInteger(Long.toUnsignedString(address.low()));
    return new BigInteger(Long.toUnsignedString(address.high())).shiftLeft(64).or(low);
  }

  /** The number of an interface's name. */
  public static BigInteger number(String name) {
    return new BigInteger(1, Arrays.copyOf(name.getBytes(StandardCharsets.ISO_8859_1), NAME_BYTES));
  }

  /** The same with another number in a field. */
  public PlainPacket with(Field field, BigInteger number) {
    Map<Field, BigInteger> other = new EnumMap<>(fields);
    other.put(field, number);
    return new PlainPacket(other, mark, connmark);
  }

  /** The same with another number in a field. */
  public PlainPacket with(Field field, long number) {
    return with(field, BigInteger.valueOf(number));
  }

  /** The same with another address. */
  public PlainPacket with(Field field, IpAddress address) {
    return with(field, number(address));
  }

  /** The same with another interface. */
  public PlainPacket with(Field field, String name) {
    return with(field, number(name));
  }

  /** The same with other marks. */
  public PlainPacket marked(long otherMark, long otherConnmark) {
    return new PlainPacket(fields, otherMark & ALL_BITS, otherConnmark & ALL_BITS);
  }

  /** The packet as a set of one, but for what is open. */
  public PacketSet set(PacketSpace space) {
    return marks(space, heads(space));
  }

  /** The same with any mark. */
  public PacketSet heads(PacketSpace space) {
    List<PacketSet> parts = new ArrayList<>();
    PacketSet addresses = space.all();
    for (Map.Entry<Field, BigInteger> entry : fields.entrySet()) {
      Field field = entry.getKey();
      long high = entry.getValue().shiftRight(64).longValue();
      long low = entry.getValue().longValue();
      Interval one = new Interval(high, low, high, low);
      if (field == Field.SOURCE
          || field == Field.DESTINATION
          || field == Field.ORIGINAL_DESTINATION) {
        addresses = addresses.and(space.of(field, family(), one));
      } else if (field != Field.FAMILY) {
        parts.add(space.of(field, one));
      }
    }
    return space.allOf(parts).and(addresses);
  }

  private PacketSet marks(PacketSpace space, PacketSet heads) {
    return heads.and(space.ofMark(mark, ALL_BITS)).and(space.ofConnmark(connmark, ALL_BITS));
  }

  /** A packet of a set: what the sample does not name has this packet's number. */
  public PlainPacket with(Sample sample) {
    PlainPacket packet = this;
    for (Field field : fields.keySet()) {
      // the number of an address is read as it stands, whatever the field
      Optional<IpAddress> number = sample.address(field);
      if (number.isPresent()) {
        packet = packet.with(field, number.get());
      }
    }
    return packet;
  }

  /** One of these. */
  @SafeVarargs
  public static <T> T pick(Random random, T... values) {
    return values[random.nextInt(values.length)];
  }

  /** What is not 0, for a test's message. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (Map.Entry<Field, BigInteger> entry : fields.entrySet()) {
      if (entry.getValue().signum() == 0) {
        continue;
      }
      String value =
          switch (entry.getKey()) {
            case SOURCE, DESTINATION, ORIGINAL_DESTINATION -> address(entry.getKey()).toString();
            case INPUT_INTERFACE, OUTPUT_INTERFACE, INPUT_PORT_OF_BRIDGE, OUTPUT_PORT_OF_BRIDGE ->
                name(entry.getKey());
            default -> entry.getValue().toString();
          };
      out.append(entry.getKey()).append('=').append(value).append(' ');
    }
    return out.append(String.format("mark=%x connmark=%x", mark, connmark)).toString();
  }
}
