// SPDX-License-Identifier: GPL-2.0-only
/*
 * dpdk-rx-interrupts EAL-ARGUMENT...: a program of DPDK that forwards between two ports and sleeps
 * until a receive interrupt when nothing comes, which testpmd does not know. Prints 'forwarding'
 * once it does; on SIGTERM, for each port, how many packets it received and sent and how many
 * interrupts woke it. Fails when a packet lay there and nothing woke it.
 */
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <rte_mbuf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define PORTS	    2
#define BURST	    32
#define RING	    256
#define BUFFERS	    2047
#define CACHE	    64
/* As long as nobody sends, this is how often it wakes for nothing. */
#define PATIENCE_MS 2000

struct port {
	uint64_t received;
	uint64_t sent;
	uint64_t interrupts;
};

static struct port ports[PORTS];
static volatile sig_atomic_t ended;

static void on_term(int number)
{
	(void)number;
	ended = 1;
}

static void must(int ret, const char *what, unsigned int port)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "port %u: cannot %s: %s\n", port, what, rte_strerror(-ret));
	exit(1);
}

static void port_start(uint16_t port, struct rte_mempool *pool)
{
	struct rte_eth_conf conf = { .intr_conf.rxq = 1 };
	void *mark = (void *)(uintptr_t)port;

	must(rte_eth_dev_configure(port, 1, 1, &conf), "be configured", port);
	must(rte_eth_rx_queue_setup(port, 0, RING, SOCKET_ID_ANY, NULL, pool), "receive", port);
	must(rte_eth_tx_queue_setup(port, 0, RING, SOCKET_ID_ANY, NULL), "send", port);
	must(rte_eth_dev_start(port), "start", port);
	must(rte_eth_promiscuous_enable(port), "be promiscuous", port);
	must(rte_eth_dev_rx_intr_ctl_q(port, 0, RTE_EPOLL_PER_THREAD, RTE_INTR_EVENT_ADD, mark),
	     "be waited for", port);
}

static uint16_t forward(uint16_t from)
{
	uint16_t to = !from, n, sent = 0;
	struct rte_mbuf *burst[BURST];

	n = rte_eth_rx_burst(from, 0, burst, BURST);
	ports[from].received += n;
	while (sent < n && !ended)
		sent += rte_eth_tx_burst(to, 0, burst + sent, n - sent);
	ports[to].sent += sent;
	rte_pktmbuf_free_bulk(burst + sent, n - sent);
	return n;
}

static unsigned int forward_all(void)
{
	unsigned int n = 0;

	for (uint16_t port = 0; port < PORTS; port++)
		n += forward(port);
	return n;
}

static void interrupts_on(bool on)
{
	for (uint16_t port = 0; port < PORTS; port++)
		must(on ? rte_eth_dev_rx_intr_enable(port, 0)
			: rte_eth_dev_rx_intr_disable(port, 0),
		     "switch its interrupt", port);
}

static int woken(void)
{
	struct rte_epoll_event events[PORTS];
	int n, i;

	n = rte_epoll_wait_interruptible(RTE_EPOLL_PER_THREAD, events, PORTS, PATIENCE_MS);
	for (i = 0; i < n; i++)
		ports[(uintptr_t)events[i].epdata.data].interrupts++;
	return n;
}

static bool packets_wait(void)
{
	for (uint16_t port = 0; port < PORTS; port++) {
		if (rte_eth_rx_queue_count(port, 0) > 0)
			return true;
	}
	return false;
}

/*
 * Until a port has something. What came before the interrupts were on has to raise one as well, and
 * what comes just when the patience is at its end raises one afterwards.
 */
static void wait_for_any(void)
{
	interrupts_on(true);
	if (woken() == 0 && packets_wait() && woken() == 0) {
		fprintf(stderr, "a packet came without an interrupt\n");
		exit(1);
	}
	interrupts_on(false);
}

int main(int argc, char **argv)
{
	struct rte_mempool *pool;
	uint16_t port;

	if (rte_eal_init(argc, argv) < 0 || rte_eth_dev_count_avail() != PORTS) {
		fprintf(stderr, "usage: dpdk-rx-interrupts EAL-ARGUMENT..., with %d ports\n",
			PORTS);
		return 2;
	}
	signal(SIGTERM, on_term);
	pool = rte_pktmbuf_pool_create("frames", BUFFERS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	if (!pool)
		must(-rte_errno, "have memory", 0);
	for (port = 0; port < PORTS; port++)
		port_start(port, pool);
	printf("forwarding\n");
	fflush(stdout);
	while (!ended) {
		if (!forward_all())
			wait_for_any();
	}
	for (port = 0; port < PORTS; port++) {
		must(rte_eth_dev_stop(port), "stop", port);
		printf("port %u: received %lu, sent %lu, interrupts %lu\n", port,
		       ports[port].received, ports[port].sent, ports[port].interrupts);
		must(rte_eth_dev_close(port), "be closed", port);
	}
	rte_eal_cleanup();
	return 0;
}
