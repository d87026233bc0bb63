"""Three bare durable hops: consume, commit, publish, await the confirm, acknowledge. No outbox, no inbox."""

import json
import sys
from typing import Any

from amqp.basic_message import Message as AmqpMessage
from kombu.connection import Connection as Broker
from kombu.entity import Queue
from kombu.message import Message as Received
from kombu.messaging import Consumer

from bench.hops_work import HOPS, Told, broker_url, commit_heard, commit_hop, database

PREFETCH = 64
CONFIRM_S = 30


def queue_of(hop: int) -> Queue:
    """What a hop sends into."""
    return Queue(f"bench.hop.{hop}", durable=True, queue_arguments={"x-queue-type": "quorum"})


def send(channel: Any, told: Told, hop: int) -> None:
    message = AmqpMessage(json.dumps(told), delivery_mode=2)
    channel.basic_publish_confirm(message, routing_key=queue_of(hop).name, confirm_timeout=CONFIRM_S)


def main(hop: int) -> None:
    """The hop after the last is where the story ends."""
    connection = database()
    # Two connections: a waiter for a confirm would be given the next alarm, and in there the confirm of another.
    with Broker(broker_url()) as broker, Broker(broker_url()) as sending:
        out = sending.channel()

        def heard(message: Received) -> None:
            told: Told = json.loads(message.body)
            if hop > HOPS:
                commit_heard(connection, told)
            else:
                commit_hop(connection, told, hop)
                send(out, told, hop)
            message.ack()

        consumer = Consumer(broker.default_channel, [queue_of(hop - 1)], on_message=heard)
        consumer.qos(prefetch_count=PREFETCH)
        consumer.consume()
        while True:
            broker.drain_events()


if __name__ == "__main__":
    main(int(sys.argv[1]))
