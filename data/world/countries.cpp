#include "data/world/countries.h"

#include "data/world/random.h"
#include "data/world/text.h"

#include <algorithm>
#include <stdexcept>

namespace microtome::world {

namespace {

struct Row {
    const char* noun;
    const char* values;
};

// The first and the sixth belong to one country each, the others to several.
const Row rows[] = {
    {"capital",
        "Bren Kosta Halim Orvik Tesson Lumar Pelagra Dunfor Sevik Marobel Quenta Ustra Fenwick "
        "Gral Ilmen "
        "Jorvik Kelda Lisk Mendra Nerith Olmuz Pask Rudna Silva Tarkov Ulm Vendel Wessen Yarrow "
        "Zemlin "
        "Askel Borsa"},
    {"currency", "dorin falk lipa mard ozel pengo randel sular tiko umbel wampa weng"},
    {"language", "Arvish Beltan Corvic Dranish Elmic Faroan Gelic Hurrish Istic Joric"},
    {"region", "north south east west centre"},
    {"food",
        "rice fish beans corn mutton dumplings noodles pancakes sausages mushrooms turnips "
        "lentils"},
    {"stream",
        "Ambra Belit Cern Dal Evros Fulda Garon Hast Inster Jagst Klar Lahn Mura Naab Oker Pegnitz "
        "Rhume "
        "Saar Tauber Unstrut Vils Werra Yser Zorn Aller Bode Chiers Drave Eger Fils Glan Havel"},
    {"animal", "eagle lion bear wolf fox stag horse owl swan salmon bull heron"},
    {"crop", "wheat cotton barley tobacco sugar rye oats grapes olives hops"},
    {"ruler", "king queen duke council bishop president"},
    {"sport", "chess rowing archery fencing wrestling skating hockey tennis"},
};

std::vector<Relation> build()
{
    std::vector<Relation> all;
    Random random(1907);
    for (const Row& row : rows) {
        Relation relation{row.noun, wordsOf(row.values), {}};
        const int n = static_cast<int>(relation.values.size());
        // Every value is used, and as evenly as it can be.
        for (const int place : random.some(countryCount, countryCount))
            relation.of.push_back(place % n);
        all.push_back(relation);
    }
    return all;
}

} // namespace

const std::vector<std::string>& countryNames()
{
    static const std::vector<std::string> names = wordsOf(
        "Velia Morland Tarsk Ondria Pelland Quorn Rusta Selvania Torvia Ulgard Vastria Wenden "
        "Yrland Zorvia Abelia Brusk Calden Dornia Estria Falland Goria Hestria Iskand Jutria "
        "Karvia Lorland Mestria Nordia Ostland Parvia Rovenia Sarland");
    return names;
}

const std::vector<Relation>& relations()
{
    static const std::vector<Relation> all = build();
    return all;
}

int countryNamed(const std::string& name)
{
    const auto& all = countryNames();
    return static_cast<int>(std::find(all.begin(), all.end(), name) - all.begin());
}

int relationNamed(const std::string& noun)
{
    const auto& all = relations();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].noun == noun)
            return static_cast<int>(i);
    throw std::logic_error("no relation is called " + noun);
}

const std::string& valueOf(int relation, int country)
{
    const Relation& r = relations()[static_cast<std::size_t>(relation)];
    return r.values[static_cast<std::size_t>(r.of[static_cast<std::size_t>(country)])];
}

} // namespace microtome::world
